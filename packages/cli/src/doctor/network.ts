/** The hosts that configured integrations talk to, the proxies in the environment, and the clock by what hosts say. */
import { type EnvironmentVariables, parseOptions } from '@im/core';
import type { LoadedConfig, LoadedIntegration } from '@im/core/config';
import type { Finding } from './finding.ts';
import { type Probe, type ProbeOptions, probe } from './probe.ts';

/** Days before the end of a certificate from which it is worth a word. */
const soonDays = 14;
/** How far the clock may be off, milliseconds: signatures and tokens are refused from a minute or so on. */
const [noticedMs, wrongMs] = [5_000, 60_000];
const dayMs = 86_400_000;

/** Asks every host once. */
export async function examineNetwork(
  config: LoadedConfig,
  options: ProbeOptions,
): Promise<readonly Finding[]> {
  const targets = new Map<string, Set<string>>();
  const enabled = config.integrations.filter((one) => one.enabled);
  for (const one of enabled)
    for (const origin of originsOf(one))
      targets.set(origin, (targets.get(origin) ?? new Set()).add(one.name));
  const probes = await Promise.all(
    [...targets].map(
      async ([origin, names]) => [origin, names, await probe(new URL(origin), options)] as const,
    ),
  );
  const unnamed = enabled.filter((one) => originsOf(one).length === 0 && one.definition.egress.length > 0);
  const later = unnamed.map(({ name, definition }): Finding => {
    const says = `${name}: its hosts are known with the first call (${definition.egress.join(', ')})`;
    return { area: 'network', level: 'note', says, remedy: 'try it: im check' };
  });
  const reached = probes.flatMap(([origin, names, found]) =>
    reachOf(origin, [...names], found, options.clock.now()),
  );
  return [...reached, ...later, ...clockOf(probes.flatMap(([, , { aheadMs }]) => aheadMs ?? []))];
}

/**
 * Where an integration connects to: the addresses in its options, and the hosts of its definition, unless the options
 * lead elsewhere. A pattern of hosts (`*.example.com`) is no host that could be asked.
 */
export function originsOf({ definition, options }: LoadedIntegration): readonly string[] {
  const urls = textsIn(parseOptions(definition, options)).flatMap((text) =>
    /^[a-z][a-z\d+.-]*:\/\//i.test(text) && URL.canParse(text) ? [new URL(text)] : [],
  );
  const given = urls.filter(({ hostname, protocol }) => hostname !== '' && protocol !== 'urn:');
  const isNamed = (hostname: string) =>
    definition.egress.some(
      (one) => one === hostname || (one.startsWith('*.') && hostname.endsWith(one.slice(1))),
    );
  const elsewhere = given.some(({ hostname }) => !isNamed(hostname));
  const named = elsewhere
    ? []
    : definition.egress.filter((one) => !one.includes('*')).map((one) => `https://${one}`);
  return [...new Set([...given.map(({ protocol, host }) => `${protocol}//${host}`), ...named])];
}

/** Texts anywhere in options; a `Secret` is none, so an address with a credential is not asked. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const plain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return plain ? Object.values(value).flatMap(textsIn) : [];
}

function reachOf(origin: string, names: readonly string[], found: Probe, now: number): readonly Finding[] {
  const { failed, connectMs = 0, certificateEnds } = found;
  const area = 'network';
  const whose = `${origin} (${names.join(', ')})`;
  const days = certificateEnds === undefined ? undefined : Math.floor((certificateEnds - now) / dayMs);
  const until =
    certificateEnds === undefined
      ? ''
      : `, certificate until ${new Date(certificateEnds).toISOString().slice(0, 10)}`;
  if (failed !== undefined)
    return [
      {
        area,
        level: 'wrong',
        says: `${whose}: ${failed.step}: ${failed.says}${until}`,
        remedy: remedies[failed.step],
      },
    ];
  const fine: Finding = {
    area,
    level: 'fine',
    says: `${whose} reached in ${Math.round(connectMs)} ms${until}`,
  };
  if (days === undefined || days >= soonDays) return [fine];
  return [
    { ...fine, level: 'warning', remedy: `the certificate ends in ${days} days: see that it is renewed` },
  ];
}

const remedies: Readonly<Record<string, string>> = {
  DNS: 'check the name in the options, the name server, and whether this machine is online',
  TCP: 'check the firewall and the port, and whether a proxy is needed',
  TLS: 'add the authority with NODE_EXTRA_CA_CERTS, or have the certificate renewed; do not switch the check off',
  HTTP: 'try again; if it stays, ask the owner of the host',
};

function clockOf(ahead: readonly number[]): readonly Finding[] {
  if (ahead.length === 0) return [];
  // The median: one host with a wrong clock is not this machine's fault.
  const median = [...ahead].sort((one, other) => one - other)[Math.floor(ahead.length / 2)] ?? 0;
  const off = Math.abs(median);
  const says = `this machine's clock is ${(off / 1_000).toFixed(1)} s ${median > 0 ? 'ahead of' : 'behind'} the hosts`;
  if (off < noticedMs) return [{ area: 'clock', level: 'fine', says: 'the clock agrees with the hosts' }];
  const remedy = 'synchronise it (NTP): signatures and tokens depend on it';
  return [{ area: 'clock', level: off < wrongMs ? 'warning' : 'wrong', says, remedy }];
}

/** Proxies in the environment, without their credentials. */
export function examineProxies(env: EnvironmentVariables): readonly Finding[] {
  const area = 'proxy';
  const names = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  const set = names.filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return [{ area, level: 'note', says: 'no proxy is set' }];
  return set.map((name): Finding => {
    const text = env[name] ?? '';
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.hostname === '')
      return { area, level: 'warning', says: `${name} is no address`, remedy: 'write http://host:port' };
    const remedy = 'give it to the transport: createTransport({ proxy })';
    return {
      area,
      level: 'warning',
      says: `${name} is ${url.protocol}//${url.host}, and integrations do not read it`,
      remedy,
    };
  });
}
