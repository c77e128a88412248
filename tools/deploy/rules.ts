/** What must agree between the resources of one set, the image and the hub: rules as data, one a fact. */
import type { Resource } from './render.ts';
import { containersOf, matches, podSelectors, type ResourceSet, references } from './resource-set.ts';
import { nameOf } from './types.ts';

/** A rule: what it says, and the resources or places that break it. */
interface Rule {
  readonly says: string;
  readonly broken: (set: ResourceSet) => readonly string[];
}

const probeNames = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
const unless = (isRight: boolean, place: string) => (isRight ? [] : [place]);

/** The rules. */
export const rules: readonly Rule[] = [
  {
    says: 'the selector finds the pods of the hub',
    broken: (set) =>
      podSelectors(set).flatMap(([place, selector]) =>
        unless(matches(selector, set.pod.metadata.labels), place),
      ),
  },
  {
    says: 'a ServiceMonitor selects a Service, by a port that it has, at a route of the hub',
    broken: ({ of, routes }) =>
      of('ServiceMonitor').flatMap((monitor) =>
        unless(
          monitor.spec.endpoints.every((endpoint: Resource) =>
            of('Service').some(
              ({ metadata, spec }) =>
                matches(monitor.spec.selector.matchLabels, metadata.labels) &&
                spec.ports.some(({ name }: { name: string }) => name === endpoint.port) &&
                routes.has(endpoint.path),
            ),
          ),
          nameOf(monitor),
        ),
      ),
  },
  {
    says: 'the port has a name that the container gives',
    broken: ({ of, hub }) => {
      const names = new Set(hub.ports.map(({ name }: { name: string }) => name));
      const used: (readonly [string, unknown])[] = [
        ...of('Service').flatMap((one) =>
          one.spec.ports.map(({ targetPort }: Resource) => [nameOf(one), targetPort] as const),
        ),
        ...of('NetworkPolicy').flatMap((one) =>
          one.spec.ingress.flatMap(({ ports }: Resource) =>
            ports.map(({ port }: Resource) => [nameOf(one), port] as const),
          ),
        ),
        ...probeNames.flatMap((name) => (hub[name] ? [[name, hub[name].httpGet?.port] as const] : [])),
      ];
      return used.flatMap(([place, port]) => unless(names.has(port as string), place));
    },
  },
  {
    says: 'image, container and configuration name the same port',
    broken: ({ hub, config, image }) =>
      unless(
        hub.ports[0]?.containerPort === image.port && config.hub.port === image.port,
        `port ${image.port}`,
      ),
  },
  {
    says: 'a probe asks a route of the hub, each another one',
    broken: ({ hub, routes }) => {
      const paths = probeNames.map((name) => hub[name]?.httpGet?.path);
      return probeNames.filter(
        (_name, index) => !routes.has(paths[index]) || paths.indexOf(paths[index]) !== index,
      );
    },
  },
  {
    says: 'what the pod names is in the set; secrets are made by somebody else and stand in none',
    broken: (set) => [
      ...set.of('Secret').map(nameOf),
      ...references(set).flatMap(([kind, name]) =>
        unless(
          kind === 'Secret' || set.of(kind).some(({ metadata }) => metadata.name === name),
          `${kind} ${name}`,
        ),
      ),
    ],
  },
  {
    says: 'the configuration is mounted where the image looks for it',
    broken: ({ pod, hub, image }) => {
      const volume = pod.spec.volumes.find(({ configMap }: Resource) => configMap !== undefined);
      const mount = hub.volumeMounts.find(({ name }: Resource) => name === volume?.name);
      return unless(`${mount?.mountPath}/integrations.yaml` === image.config, image.config);
    },
  },
  {
    says: 'the autoscaler scales the deployment, from the replicas that it has, three at least',
    broken: ({ of }) =>
      of('HorizontalPodAutoscaler').flatMap((one) => {
        const { scaleTargetRef, minReplicas, maxReplicas } = one.spec;
        const scaled = of(scaleTargetRef.kind).find(({ metadata }) => metadata.name === scaleTargetRef.name);
        return unless(
          scaled?.spec.replicas === minReplicas && minReplicas >= 3 && maxReplicas > minReplicas,
          nameOf(one),
        );
      }),
  },
  {
    says: 'a disruption takes few pods at a time, and may take one',
    broken: ({ of }) =>
      of('PodDisruptionBudget').flatMap((one) => {
        const { maxUnavailable } = one.spec;
        return unless(maxUnavailable >= 1 && maxUnavailable <= 2, nameOf(one));
      }),
  },
  {
    says: 'a pod may take longer to stop than the hub does',
    broken: ({ pod, config, stoppingMs }) =>
      unless(
        pod.spec.terminationGracePeriodSeconds * 1_000 > config.hub.drainDelayMs + stoppingMs,
        `terminationGracePeriodSeconds ${pod.spec.terminationGracePeriodSeconds}`,
      ),
  },
  {
    says: 'the pod may do nothing that it does not need',
    broken: ({ pod, image }) => {
      const { securityContext: ofPod = {} } = pod.spec;
      const every = (isRight: (own: Resource) => boolean) =>
        containersOf(pod).every(({ securityContext = {} }) => isRight(securityContext));
      const demands: Readonly<Record<string, boolean>> = {
        runAsNonRoot: ofPod.runAsNonRoot === true,
        'runAsUser, the one of the image': ofPod.runAsUser === image.user,
        seccompProfile: ofPod.seccompProfile?.type === 'RuntimeDefault',
        allowPrivilegeEscalation: every((own) => own.allowPrivilegeEscalation === false),
        readOnlyRootFilesystem: every((own) => own.readOnlyRootFilesystem === true),
        capabilities: every(({ capabilities: of }) => of?.drop?.includes('ALL') === true && !of.add),
        automountServiceAccountToken: pod.spec.automountServiceAccountToken === false,
      };
      return Object.keys(demands).filter((name) => !demands[name]);
    },
  },
  {
    says: 'resources are asked for, and memory is bounded',
    broken: ({ pod }) =>
      containersOf(pod).flatMap(({ name, resources }) =>
        ['requests.cpu', 'requests.memory', 'limits.memory']
          .filter((path) => path.split('.').reduce((one, key) => one?.[key], resources) === undefined)
          .map((path) => `${path} of ${name}`),
      ),
  },
  {
    says: 'the kind is part of a set that is run by others',
    broken: ({ of }) =>
      ['Service', 'NetworkPolicy', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'].filter(
        (kind) => of(kind).length !== 1,
      ),
  },
];

/** What is broken in a set, one sentence each. */
export function checkRules(set: ResourceSet): readonly string[] {
  return rules.flatMap(({ says, broken }) => broken(set).map((place) => `${place}: ${says}`));
}
