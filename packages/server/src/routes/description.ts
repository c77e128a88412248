/** `/openapi.json`: the hub's own description, from the schemas that check it. */
import type { RouteGroup } from './context.ts';

/** Mounts it. */
export const descriptionRoutes: RouteGroup = (app, { title, version }) => {
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: { title, version, description: 'Health, metrics and status of integrations.' },
    servers: [{ url: '/' }],
    tags: [{ name: 'integrations', description: 'What runs here, and how it is' }],
  });
};
