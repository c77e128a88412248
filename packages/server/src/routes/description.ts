/**
 * `/openapi.json`: the hub's own description, from the schemas that check it; `/docs`: the same for people. Both are open: they say what
 * any hub of this version can do, and nothing of what runs here.
 */
import { referencePage, referencePolicy } from '../docs/reference.ts';
import type { RouteGroup } from './context.ts';

const tags = [
  { name: 'probes', description: 'For whoever runs the process' },
  { name: 'integrations', description: 'What runs here, and how it is' },
  { name: 'actions', description: 'What an operator does to an integration' },
  { name: 'admin', description: 'The hub as a whole' },
  { name: 'connect', description: 'Accounts that users connect at vendors' },
  { name: 'proxy', description: 'Calls of vendors, through the credentials and policies of an integration' },
  { name: 'webhooks', description: 'What vendors send' },
];

/** Mounts them. */
export const descriptionRoutes: RouteGroup = (app, { title, version }) => {
  const { openAPIRegistry: components } = app;
  components.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key of the hub',
  });
  components.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the issuer that is configured',
  });
  components.registerComponent('securitySchemes', 'browser', {
    type: 'http',
    scheme: 'basic',
    description: 'A key or a token as the password, with any user name',
  });

  const describe = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title, version, description: 'Health, metrics, actions and calls of integrations.' },
      servers: [{ url: '/' }],
      tags,
    });
  let description: ReturnType<typeof describe> | undefined;
  const described = () => {
    description ??= describe();
    return description;
  };
  let page: string | undefined;

  app.get('/openapi.json', (context) => context.json(described()));
  app.get('/docs', (context) => {
    page ??= referencePage(described());
    return context.html(page, 200, { 'content-security-policy': referencePolicy });
  });
};
