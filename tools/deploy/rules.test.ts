import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../lib/workspace.ts';
import { type Resource, render } from './render.ts';
import { type Facts, toResourceSet } from './resource-set.ts';
import { checkRules } from './rules.ts';
import { checkTypes } from './types.ts';

const base = join(repositoryRoot, 'deploy/kubernetes/base');
const facts: Facts = {
  image: { user: 10_001, port: 8_080, config: '/app/config/integrations.yaml' },
  routes: new Set(['/livez', '/readyz', '/startupz', '/integrations/metrics']),
  stoppingMs: 11_000,
};
const set = () => render(base);
const find = (resources: readonly Resource[], kind: string): Resource => {
  const found = resources.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
};
const hubOf = (resources: readonly Resource[]) =>
  find(resources, 'Deployment').spec.template.spec.containers[0];

const broken = (resources: readonly Resource[]) => checkRules(toResourceSet(resources, facts));

it('the base keeps to every rule', () => {
  expect(broken(set())).toEqual([]);
});

describe('is found out:', () => {
  const breaks: Readonly<
    Record<string, readonly [change: (resources: readonly Resource[]) => void, says: RegExp]>
  > = {
    'a selector of a label that pods do not have': [
      (all) => {
        find(all, 'Service').spec.selector = { app: 'hub' };
      },
      /^Service im-hub: the selector finds the pods/,
    ],
    'a port of no name': [
      (all) => {
        find(all, 'Service').spec.ports[0].targetPort = 'web';
      },
      /^Service im-hub: the port has a name/,
    ],
    'another port than the image has': [
      (all) => {
        hubOf(all).ports[0].containerPort = 9_090;
      },
      /^port 8080: image, container and configuration/,
    ],
    'a probe of no route': [
      (all) => {
        hubOf(all).readinessProbe.httpGet.path = '/ready';
      },
      /^readinessProbe: a probe asks a route/,
    ],
    'readiness that is asked as liveness': [
      (all) => {
        hubOf(all).livenessProbe.httpGet.path = '/readyz';
      },
      /^readinessProbe: a probe asks a route of the hub, each another one/,
    ],
    'a missing probe': [
      (all) => {
        delete hubOf(all).startupProbe;
      },
      /^startupProbe: /,
    ],
    'a configuration where the image does not look': [
      (all) => {
        hubOf(all).volumeMounts[0].mountPath = '/etc/hub';
      },
      /^\/app\/config\/integrations\.yaml: the configuration is mounted/,
    ],
    'a ConfigMap that is not there': [
      (all) => {
        find(all, 'Deployment').spec.template.spec.volumes[0].configMap.name = 'other';
      },
      /^ConfigMap other: what the pod names is in the set/,
    ],
    'an autoscaler of something else': [
      (all) => {
        find(all, 'HorizontalPodAutoscaler').spec.scaleTargetRef.name = 'other';
      },
      /^HorizontalPodAutoscaler im-hub: /,
    ],
    'fewer replicas than the autoscaler keeps': [
      (all) => {
        find(all, 'Deployment').spec.replicas = 1;
      },
      /^HorizontalPodAutoscaler im-hub: /,
    ],
    'a budget that lets nothing go': [
      (all) => {
        find(all, 'PodDisruptionBudget').spec.maxUnavailable = 0;
      },
      /^PodDisruptionBudget im-hub: /,
    ],
    'less time than the hub takes to stop': [
      (all) => {
        find(all, 'Deployment').spec.template.spec.terminationGracePeriodSeconds = 21;
      },
      /^terminationGracePeriodSeconds 21: /,
    ],
    root: [
      (all) => {
        find(all, 'Deployment').spec.template.spec.securityContext.runAsUser = 0;
      },
      /^runAsUser, the one of the image: the pod may do nothing/,
    ],
    'a root filesystem that can be written': [
      (all) => {
        hubOf(all).securityContext.readOnlyRootFilesystem = false;
      },
      /^readOnlyRootFilesystem: /,
    ],
    'a container on the way that may more than the hub': [
      (all) => {
        find(all, 'Deployment').spec.template.spec.initContainers[0].securityContext.capabilities = {};
      },
      /^capabilities: /,
    ],
    'memory without a bound': [
      (all) => {
        delete hubOf(all).resources.limits;
      },
      /^limits.memory of hub: /,
    ],
  };
  it.each(Object.entries(breaks))('%s', (_what, [change, says]) => {
    const resources = set();
    change(resources);
    expect(broken(resources)).toEqual([expect.stringMatching(says)]);
  });

  it('a hub that lets everybody in', () => {
    const resources = set();
    const { data } = find(resources, 'ConfigMap');
    data['integrations.yaml'] = data['integrations.yaml'].replace(/ {2}access:\n.*\n/, '');
    expect(() => broken(resources)).toThrow(/^integrations.yaml: .*everybody/);
  });

  it('a secret that stands in the set', () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'im-hub' } };
    expect(broken([...set(), secret])).toEqual([expect.stringMatching(/^Secret im-hub: /)]);
  });

  it('a typo at any depth, a wrong type, a wrong value, and a kind that is not there', {
    timeout: 30_000,
  }, async () => {
    const typo = set();
    hubOf(typo).readinessProbe.periodSecond = 5;
    const type = set();
    find(type, 'PodDisruptionBudget').spec.selector = 'im-hub';
    const value = set();
    hubOf(value).resources.limits.memory = 'much';
    const kind: Resource = { apiVersion: 'apps/v1', kind: 'Deploy', metadata: { name: 'x' } };
    const faults = await checkTypes(repositoryRoot, { typo, type, value, kind: [kind] });
    const says = faults.map((fault) => `${fault.place} ${fault.says}`).join('\n');
    expect(says).toMatch(/^typo, Deployment im-hub: \S+\.periodSecond .*does not exist in type/m);
    expect(says).toMatch(/^type, PodDisruptionBudget im-hub /m);
    expect(says).toMatch(/^value, Deployment im-hub .*memory/m);
    expect(says).toMatch(/^kind, Deploy x /m);
    expect(faults.every(({ place }) => !place.startsWith('resources'))).toBe(true);
  });
});
