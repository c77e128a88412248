/**
 * Complete messages: a header, a blank line and a body, in lines of at most 1,000 bytes with their ends.
 *
 * @see {@link https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_RawMessage.html | SES: RawMessage}
 */
import { refuse } from '../common/service.ts';

/** RFC 5321, section 4.5.3.1.6: 998 and the line's end. */
const longestLine = 1_000;
/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html: as base64, a third more than the bytes themselves. */
const mostBytes = 40 * 1024 * 1024;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** @throws `VendorError` `invalid_argument` for what SES would not send */
export function checkRaw(raw: Uint8Array): void {
  const encoded = Math.ceil(raw.byteLength / 3) * 4;
  if (encoded > mostBytes)
    refuse(`an e-mail has at most ${mostBytes} bytes in base64; this one has ${encoded}`);
  let hasBody = false;
  for (let start = 0; start < raw.byteLength; ) {
    const feed = raw.indexOf(lineFeed, start);
    const end = feed === -1 ? raw.byteLength : feed + 1;
    if (end - start > longestLine)
      refuse(
        `a line of an e-mail has at most ${longestLine} bytes; encode the part (base64, quoted-printable)`,
      );
    const isBlank = feed === start || (feed === start + 1 && raw[start] === carriageReturn);
    if (isBlank && start > 0) hasBody = true;
    start = end;
  }
  if (!hasBody) refuse('a raw e-mail needs a header, a blank line and a body');
}
