/** A path whose parts are escaped. Made by {@link path} and {@link rawPath} only. */
export class Path {
  readonly value: string;
  /** Sent to the letter, past the rules by which a URL is normalised. */
  readonly isRaw: boolean;

  constructor(value: string, isRaw = false) {
    this.value = value;
    this.isRaw = isRaw;
  }
}

/**
 * A path that is sent to the letter, below the base URL: for object storage, where `a/../b` and `a//b` name objects.
 *
 * @param value escaped already: printable ASCII without spaces, `?` and `#`
 * @throws TypeError for anything else
 */
export function rawPath(value: string): Path {
  if (/[^!-~]|[?#]/.test(value)) throw new TypeError('the path has characters that are not escaped');
  return new Path(value, true);
}

/**
 * Builds a path from a template, with every inserted value escaped: path`playlists/${id}/items` stays one path however
 * hostile `id` is.
 *
 * @throws TypeError for an empty value and for `.` and `..`, which would name another resource
 */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): Path {
  const escaped = values.map((value) => {
    const text = String(value);
    if (text === '' || text === '.' || text === '..')
      throw new TypeError(`${JSON.stringify(text)} cannot be part of a path`);
    return encodeURIComponent(text.toWellFormed());
  });
  return new Path(String.raw({ raw: parts }, ...escaped));
}
