/** One set of resources as the rules look at it: the hub's pod, its container, its configuration, and what names what. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Labels, Resource } from './render.ts';
import { nameOf } from './types.ts';

/** What the resources are compared with. */
export interface Facts {
  /** Of the image: its user, its port, and where it looks for its configuration. */
  readonly image: { readonly user: number; readonly port: number; readonly config: string };
  /** Paths that the hub answers `GET` on. */
  readonly routes: ReadonlySet<string>;
  /** Milliseconds that the hub takes to stop after `drainDelayMs`, by default: its grace and its settling. */
  readonly stoppingMs: number;
}

/** One set, with what is looked up in it. */
export interface ResourceSet extends Facts {
  readonly resources: readonly Resource[];
  readonly of: (kind: string) => readonly Resource[];
  readonly pod: Resource;
  /** The one container. */
  // biome-ignore lint/suspicious/noExplicitAny: as in Resource
  readonly hub: any;
  readonly config: z.output<typeof hubConfig>;
}

const hubConfig = z.object({
  hub: z.object({
    host: z.literal('0.0.0.0', 'must be 0.0.0.0: the pod is reached from outside'),
    port: z.number(),
    drainDelayMs: z.number().min(5_000, 'must leave time until nodes know'),
    access: z.object({}, 'is missing: everybody would be let in'),
  }),
});

/** @throws Error when there is no hub among the resources, or none whose configuration fits a pod */
export function toResourceSet(resources: readonly Resource[], facts: Facts): ResourceSet {
  const of = (kind: string) => resources.filter((one) => one.kind === kind);
  const pod = of('Deployment')[0]?.spec.template as Resource | undefined;
  const hub = pod?.spec.containers[0];
  if (pod === undefined || hub === undefined) throw new Error('there is no Deployment with a container');
  const config = hubConfig.safeParse(parse(of('ConfigMap')[0]?.data['integrations.yaml'] ?? ''));
  if (!config.success)
    throw new Error(`integrations.yaml: ${z.prettifyError(config.error).replaceAll(/\s+/g, ' ')}`);
  return { ...facts, resources, of, pod, hub, config: config.data };
}

/** Whether labels are selected; an absent selector selects nothing. */
export const matches = (selector: Labels | undefined, labels: Labels | undefined) =>
  selector !== undefined && Object.entries(selector).every(([name, value]) => labels?.[name] === value);

/** All of its containers, those on the way included. */
export const containersOf = ({
  spec: { initContainers = [], containers },
}: Resource): readonly Resource[] => [...initContainers, ...containers];

/** Selectors by where they stand; all of them mean the hub's pods. */
export function podSelectors({
  resources,
  pod,
}: ResourceSet): readonly (readonly [string, Labels | undefined])[] {
  return [
    ...resources.flatMap((one): (readonly [string, Labels | undefined])[] => {
      if (one.kind === 'Service') return [[nameOf(one), one.spec.selector]];
      if (one.kind === 'NetworkPolicy') return [[nameOf(one), one.spec.podSelector.matchLabels]];
      return /^(Deployment|PodDisruptionBudget)$/.test(one.kind)
        ? [[nameOf(one), one.spec.selector.matchLabels]]
        : [];
    }),
    ...pod.spec.topologySpreadConstraints.map((one: Resource) => [
      `topologySpreadConstraints of ${one.topologyKey}`,
      one.labelSelector?.matchLabels,
    ]),
  ];
}

/** ConfigMaps, Secrets and the account that the pod names. */
export function references({ pod, hub }: ResourceSet): readonly (readonly [kind: string, name: string])[] {
  return [
    ...pod.spec.volumes.flatMap((one: Resource) => [
      ...(one.configMap ? [['ConfigMap', one.configMap.name] as const] : []),
      ...(one.secret ? [['Secret', one.secret.secretName] as const] : []),
    ]),
    ...(hub.envFrom ?? []).flatMap((one: Resource) =>
      one.configMapRef ? [['ConfigMap', one.configMapRef.name] as const] : [],
    ),
    ['ServiceAccount', pod.spec.serviceAccountName],
  ];
}
