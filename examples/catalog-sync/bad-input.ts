/** Something the user gave that cannot be worked with: one clear message and exit code 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
