/** Attacks by how a token is written. */
import { type Attempt, byUs, claims, good, header, refuse, swapped, withHeader } from './attack-scene.ts';
import { craft, encode } from './craft.ts';

/** By the id of the case in `vectors/jwt/attack-list.json`, where it has one. */
export const attacksOnForm: Readonly<Record<string, () => readonly Attempt[]>> = {
  'typ-confusion': () =>
    ['JWT', 'logout+jwt', 'dpop+jwt', undefined, 7].flatMap((typ) =>
      refuse('wrong_type', withHeader({ typ })),
    ),
  'crit-unknown': () =>
    [{ crit: ['exp2'], exp2: 1 }, { crit: [] }, { crit: 'exp' }, { crit: ['b64'], b64: true }].flatMap(
      (more) => refuse('unknown_extension', withHeader(more)),
    ),
  'b64-without-crit': () => refuse('unknown_extension', withHeader({ b64: false })),
  'duplicate-members': () => [
    ...refuse(
      'malformed_header',
      craft('{"alg":"none","alg":"ES256","kid":"ec","typ":"at+jwt"}', claims, byUs),
    ),
    ...['"exp":1,', '"sub":"root",', '"\\u0073ub":"root",'].flatMap((more) =>
      refuse('malformed_claims', craft(header, JSON.stringify(claims).replace('{', `{${more}`), byUs)),
    ),
    ...refuse(
      'malformed_claims',
      craft(header, JSON.stringify({ ...claims, a: 0 }).replace('"a":0', '"a":{"b":1,"b":2}'), byUs),
    ),
  ],
  'json-serialisation': () => {
    const [protectedHeader, payload, signature] = good().split('.');
    const flat = { payload, protected: protectedHeader, signature };
    const general = {
      payload,
      signatures: [
        { protected: protectedHeader, signature },
        { protected: protectedHeader, signature },
      ],
    };
    return refuse(
      'malformed_token',
      JSON.stringify(flat),
      JSON.stringify(general),
      `${good()}.{"payload":"${payload}"}`,
    );
  },
  'nested-jwe-zip': () =>
    refuse(
      'malformed_token',
      [encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}'), '', 'AAAA', 'AAAA', 'AAAA'].join('.'),
    ),
  'pbes2-iterations': () =>
    refuse(
      'malformed_token',
      [
        encode('{"alg":"PBES2-HS256+A128KW","p2c":2147483647,"enc":"A128GCM"}'),
        'AAAA',
        'AAAA',
        'AAAA',
        'AAAA',
      ].join('.'),
    ),
  'invalid-curve': () =>
    refuse(
      'malformed_token',
      [
        encode('{"alg":"ECDH-ES","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}'),
        '',
        'AAAA',
        'AAAA',
        'AAAA',
      ].join('.'),
    ),
  'base64-loose': () => {
    const looser = [
      (part: string) => `${part}=`,
      (part: string) => `${part} `,
      (part: string) => `\n${part}`,
      (part: string) => part.replace(/[-_]/, (found) => (found === '-' ? '+' : '/')),
      (part: string) => `${part.slice(0, 3)}+${part.slice(4)}`,
    ];
    const token = good();
    return ([0, 1, 2] as const).flatMap((part) =>
      [...looser, otherLastCharacter]
        .map((change) => swapped(token, part, change))
        .filter((loose) => loose !== token)
        .flatMap((loose) => refuse(/^(malformed_token|bad_signature)$/, loose)),
    );
  },
  oversize: () => [
    ...[16_384, 1_000_000, 100_000_000].flatMap((size) =>
      refuse('oversized_token', `${good()}${'A'.repeat(size)}`),
    ),
    ...refuse('oversized_token', '.'.repeat(10_000)),
    ...refuse('malformed_token', '.'.repeat(8_000)),
  ],
  // As deep as the size allows: functions that call themselves would come to the end of the stack.
  'deep-nesting': () =>
    (
      [
        ['[', ']', 2_700],
        ['{"a":', '}', 900],
      ] as const
    ).flatMap(([open, close, levels]) => {
      const deep = `${open.repeat(levels)}1${close.repeat(levels)}`;
      const nested = (value: object) =>
        JSON.stringify({ ...value, deep: 0 }).replace('"deep":0', `"deep":${deep}`);
      return [
        ...refuse('malformed_header', craft(nested(header), claims, byUs)),
        ...refuse('malformed_claims', craft(header, nested(claims), byUs)),
      ];
    }),
};

/** The same bytes, written with bits in the last character that mean nothing. */
function otherLastCharacter(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet[alphabet.indexOf(part.at(-1) ?? 'A') + 1] ?? '-';
  return `${part.slice(0, -1)}${last}`;
}
