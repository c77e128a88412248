/** How a new password is written, by kind of directory. */
import { Attribute, BerWriter, Change, ExtendedRequest, type Message, ModifyRequest } from 'ldapts';
import type { Schema } from '../schema.ts';
import type { Dn } from '../text/dn.ts';

/** RFC 3062 §2 */
const passwordModifyOid = '1.3.6.1.4.1.4203.1.11.1';

/** Makes the request. */
export type WritePassword = (messageId: number, dn: Dn, password: string) => Message;

/** By the way that the schema names. */
export const writePassword: Readonly<Record<Schema['password'], WritePassword>> = {
  'extended-operation': (messageId, dn, password) => {
    const writer = new BerWriter();
    writer.startSequence();
    writer.writeString(dn.text, 0x80);
    writer.writeString(password, 0x82);
    writer.endSequence();
    return new ExtendedRequest({ messageId, oid: passwordModifyOid, value: Buffer.from(writer.buffer) });
  },
  // In quotes, as UTF-16. [MS-ADTS] §3.1.1.3.1.5
  unicodePwd: (messageId, dn, password) => {
    const modification = new Attribute({
      type: 'unicodePwd',
      values: [Buffer.from(`"${password}"`, 'utf16le')],
    });
    const changes = [new Change({ operation: 'replace', modification })];
    return new ModifyRequest({ messageId, dn: dn.text, changes });
  },
};
