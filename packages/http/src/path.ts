/** A path whose parts are escaped. Made by {@link path} only. */
export class Path {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }
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
