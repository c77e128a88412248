import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { temporaryFolder } from '../lib/temporary.ts';
import { render } from './render.ts';

const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'hub' },
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'hub', image: 'hub' }] } } },
};
const operations = [
  { op: 'replace', path: '/spec/replicas', value: 3 },
  { op: 'add', path: '/metadata/labels', value: { 'a/b': 'c' } },
  { op: 'remove', path: '/metadata/labels/a~1b' },
  { op: 'add', path: '/spec/template/spec/containers/0/args', value: ['one'] },
  { op: 'add', path: '/spec/template/spec/containers/0/args/-', value: 'two' },
];
const folderOf = (overlay: object) =>
  temporaryFolder({
    'base/kustomization.yaml': stringify({ ...kustomization, resources: ['deployment.yaml'] }),
    'base/deployment.yaml': stringify(deployment),
    'overlay/kustomization.yaml': stringify({ ...kustomization, resources: ['../base'], ...overlay }),
    'overlay/hub.yaml': 'port: 1\n',
  });
const patch = (...list: readonly object[]) => [
  { target: { kind: 'Deployment', name: 'hub' }, patch: stringify(list) },
];

it('an overlay is its base with namespace, image, files and patches', () => {
  using folder = folderOf({
    namespace: 'prod',
    images: [{ name: 'hub', newName: 'registry.example.com/hub', newTag: '1.2.3' }],
    configMapGenerator: [{ name: 'config', files: ['hub.yaml'] }],
    patches: patch(...operations),
  });
  expect(render(`${folder.path}/overlay`)).toEqual([
    {
      ...deployment,
      metadata: { name: 'hub', namespace: 'prod', labels: {} },
      spec: {
        replicas: 3,
        template: {
          spec: {
            containers: [{ name: 'hub', image: 'registry.example.com/hub:1.2.3', args: ['one', 'two'] }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'config', namespace: 'prod' },
      data: { 'hub.yaml': 'port: 1\n' },
    },
  ]);
});

it.each([
  ['a field that is not read', { commonLabels: {} }, /commonLabels/],
  ['a resource that is not there', { resources: ['../base', 'gone.yaml'] }, /gone\.yaml is not there/],
  [
    'a patch of nothing',
    { patches: [{ target: { kind: 'Job', name: 'x' }, patch: '[]' }] },
    /no Job x to patch/,
  ],
  [
    'a patch of no place',
    { patches: patch({ op: 'replace', path: '/spec/replica', value: 1 }) },
    /has no \/spec\/replica to replace/,
  ],
  [
    'a ConfigMap to replace that is not there',
    { configMapGenerator: [{ name: 'x', behavior: 'replace', files: ['hub.yaml'] }] },
    /not there to replace/,
  ],
])('%s is a fault', (_what, overlay, says) => {
  using folder = folderOf(overlay);
  expect(() => render(`${folder.path}/overlay`)).toThrow(says);
});
