/** The compose file: read strictly (https://github.com/compose-spec/compose-spec/blob/main/spec.md), and by what it names. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Fault } from '../lib/fault.ts';
import type { Facts } from './resource-set.ts';

const texts = z.array(z.string());
const duration = z.string().regex(/^\d+(ms|s|m)$/);
const service = z.strictObject({
  build: z
    .strictObject({ context: z.string(), args: z.record(z.string(), z.string()).optional() })
    .optional(),
  image: z.string().regex(/:(\d|v\d|\$\{\w+:-\d)[^@]*$/, 'must name a version'),
  command: texts.optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z
    .union([
      texts,
      z.record(z.string(), z.strictObject({ condition: z.enum(['service_started', 'service_healthy']) })),
    ])
    .optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/, 'must be of this machine alone')).optional(),
  volumes: texts.optional(),
  networks: texts,
  read_only: z.boolean().optional(),
  tmpfs: texts.optional(),
  cap_drop: texts.optional(),
  security_opt: texts.optional(),
  mem_limit: z
    .string()
    .regex(/^\d+[mg]$/)
    .optional(),
  stop_grace_period: duration.optional(),
  healthcheck: z
    .strictObject({ test: texts, interval: duration, timeout: duration, retries: z.int() })
    .optional(),
  restart: z.enum(['unless-stopped', 'always']),
});
const compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.null()),
  volumes: z.record(z.string(), z.null()),
});

type Compose = z.output<typeof compose>;

/** Files that are the user's own, made by what deploy/README.md says. */
const ofTheUser = new Set(['hub.env', 'keys']);

/** Faults of a compose file, and of the files that its services are given. */
export function checkCompose(root: string, name: string, facts: Facts): readonly Fault[] {
  const checked = compose.safeParse(parse(readFileSync(join(root, name), 'utf8')));
  if (!checked.success)
    return [{ place: name, says: z.prettifyError(checked.error).replaceAll(/\s+/g, ' ') }];
  const folder = join(root, dirname(name));
  const says = [
    ...named(folder, checked.data),
    ...hardened(checked.data, facts),
    ...scraped(folder, checked.data, facts),
  ];
  return says.map((one) => ({ place: name, says: one }));
}

/** What a service names is there: services, networks, volumes, files. */
function named(folder: string, { services, networks, volumes }: Compose): readonly string[] {
  const used = { networks: new Set<string>(), volumes: new Set<string>() };
  const faults = Object.entries(services).flatMap(([name, one]) => {
    const wants = Array.isArray(one.depends_on)
      ? one.depends_on.map((other) => [other, 'service_started'] as const)
      : Object.entries(one.depends_on ?? {}).map(([other, { condition }]) => [other, condition] as const);
    const missing = wants.filter(([other, condition]) => {
      const there = services[other];
      return there === undefined || (condition === 'service_healthy' && !there.healthcheck && !there.build);
    });
    for (const network of one.networks) used.networks.add(network);
    const gone = (one.volumes ?? []).filter((volume) => {
      const [source = ''] = volume.split(':');
      if (!source.startsWith('.')) return !used.volumes.add(source).has(source);
      const path = normalize(source);
      return !ofTheUser.has(path) && !existsSync(join(folder, path));
    });
    return [
      ...missing.map(
        ([other, condition]) => `${name} waits for ${other} to be ${condition}, which it never says`,
      ),
      ...gone.map((volume) => `${name} is given ${volume}, which is not there`),
    ];
  });
  const differ = (what: 'networks' | 'volumes', declared: object) => {
    const names = new Set(Object.keys(declared));
    return [...used[what], ...names]
      .filter((one) => used[what].has(one) !== names.has(one))
      .map((one) => `${one} of ${what} is used or declared, and not both`);
  };
  return [...faults, ...differ('networks', networks), ...differ('volumes', volumes)];
}

/** The hub may do nothing that it does not need, and has time to stop. */
function hardened({ services: { hub } }: Compose, { image, stoppingMs }: Facts): readonly string[] {
  if (hub === undefined) return ['there is no service hub'];
  const demands: Readonly<Record<string, boolean>> = {
    read_only: hub.read_only === true,
    cap_drop: hub.cap_drop?.includes('ALL') === true,
    security_opt: hub.security_opt?.includes('no-new-privileges:true') === true,
    mem_limit: hub.mem_limit !== undefined,
    [`volume ${image.config}`]: hub.volumes?.some((one) => one.endsWith(`:${image.config}:ro`)) === true,
    [`ports to ${image.port}`]: hub.ports?.some((one) => one.endsWith(`:${image.port}`)) === true,
    stop_grace_period: Number.parseInt(hub.stop_grace_period ?? '0', 10) * 1_000 > stoppingMs,
  };
  return Object.keys(demands)
    .filter((key) => !demands[key])
    .map((key) => `${key} of hub is missing or wrong`);
}

const prometheus = z.object({
  alerting: z.object({
    alertmanagers: z.array(z.object({ static_configs: z.array(z.object({ targets: texts })) })),
  }),
  scrape_configs: z.array(
    z.object({ metrics_path: z.string(), static_configs: z.array(z.object({ targets: texts })) }),
  ),
});
const grafana = z.object({ datasources: z.array(z.object({ url: z.string() })) });

/** Who scrapes, alerts and draws asks services that are there, at routes that are there. */
function scraped(folder: string, { services }: Compose, { image, routes }: Facts): readonly string[] {
  const read = <Schema extends z.ZodType>(file: string, schema: Schema) =>
    schema.parse(parse(readFileSync(join(folder, file), 'utf8')));
  const { alerting, scrape_configs: scrapes } = read('prometheus.yml', prometheus);
  const { datasources } = read('grafana/provisioning/datasources/prometheus.yaml', grafana);
  const targets = [
    ...alerting.alertmanagers.flatMap((one) => one.static_configs.flatMap((config) => config.targets)),
    ...scrapes.flatMap((one) => one.static_configs.flatMap((config) => config.targets)),
    ...datasources.map(({ url }) => new URL(url).host),
  ];
  return [
    ...targets
      .filter((target) => {
        const [host = '', port] = target.split(':');
        return services[host] === undefined || (host === 'hub' && Number(port) !== image.port);
      })
      .map((target) => `${target} is asked, and no service is there`),
    ...scrapes
      .filter((one) => !routes.has(one.metrics_path))
      .map((one) => `${one.metrics_path} is scraped, and the hub has no such route`),
  ];
}
