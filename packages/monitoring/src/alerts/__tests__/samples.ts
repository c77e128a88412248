import type { Notification, NotifiedAlert } from '../notification.ts';

export const alertSample: NotifiedAlert = {
  name: 'IntegrationDown',
  severity: 'critical',
  labels: {
    alert: 'IntegrationDown',
    severity: 'critical',
    tenant: 'acme',
    integration: 'mail',
    provider: 'ses',
  },
  summary: 'mail of acme is down',
  where: 'integration mail, tenant acme (ses)',
  value: 'its status is unhealthy',
  says: 'ses.send: status 503',
  since: Date.UTC(2030, 0, 1, 11, 48),
  action: 'Look at the vendor.',
  link: 'https://hub.example.test/acme',
};

export function notificationSample(more: Partial<Notification> = {}): Notification {
  return {
    id: 'all [["tenant","acme"]]#1.1',
    group: 'all [["tenant","acme"]]',
    status: 'firing',
    why: 'new',
    step: 1,
    severity: 'critical',
    title: '[FIRING critical] IntegrationDown: mail of acme is down',
    at: Date.UTC(2030, 0, 1, 12),
    firing: [alertSample],
    resolved: [],
    link: 'https://hub.example.test/acme',
    ...more,
  };
}
