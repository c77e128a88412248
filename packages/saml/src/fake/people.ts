/** The people of a fake that is told of no others. */
import { nameIdFormats } from '../xml/names.ts';
import type { FakePerson } from './script.ts';

const person = (login: string, name: string, groups: readonly string[]): FakePerson => ({
  nameId: { value: `${login}-persistent-id`, format: nameIdFormats.persistent },
  attributes: { uid: login, mail: `${login}@example.org`, displayName: name, groups },
});

/** By login. */
export const fakePeople: Readonly<Record<string, FakePerson>> = {
  ada: person('ada', 'Ada Lovelace', ['staff', 'administrators']),
  grace: person('grace', 'Grace Hopper', ['staff']),
};
