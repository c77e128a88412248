/** The input cannot be worked with: said in one line, exit code 2. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}
