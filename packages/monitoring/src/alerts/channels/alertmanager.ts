/**
 * Prometheus' Alertmanager, by its API v2. It keeps alerts by their labels, so that sending one again changes nothing, and takes one for
 * resolved when it has not heard of it for some time; it hears of every change at once, and of what fires every minute.
 *
 * @see {@link https://prometheus.io/docs/alerting/latest/alerts_api/ | Alertmanager: alerts API}
 */
import { IntegrationError, Secret } from '@im/core';
import type { Channel } from '../channel.ts';
import type { NotifiedAlert } from '../notification.ts';
import { post, postTarget, type Reach } from './post.ts';

/** Options of {@link alertmanagerChannel}. */
export interface AlertmanagerOptions extends Reach {
  /** Base URL: `http://alertmanager:9093`, with `onPurpose` for one within your network. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: Secret | string | undefined;
  /** Milliseconds after which what fires is told again. Default 60 000. After four times as long without a word it counts as resolved. */
  readonly refreshMs?: number | undefined;
}

const defaultRefreshMs = 60_000;

/** Hands alerts to an Alertmanager. @throws `IntegrationError` `invalid_argument` for a URL that may not be asked */
export function alertmanagerChannel(options: AlertmanagerOptions): Channel {
  const { url, token, refreshMs = defaultRefreshMs } = options;
  const target = postTarget('alertmanager', `${url.replace(/\/+$/, '')}/api/v2/alerts`, options);
  const bearer = token instanceof Secret ? token.reveal() : token;
  return {
    kind: 'alertmanager',
    repeatable: true,
    refreshMs,
    async send({ firing, resolved }, call) {
      const alerts = [...firing, ...resolved].map((alert) => toPosted(alert, call.now + 4 * refreshMs));
      const headers: Record<string, string> =
        bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      await post(target, JSON.stringify(alerts), headers, call).catch((error: unknown) => {
        // The whole list is refused for one alert that is not as it should be.
        if (error instanceof IntegrationError && error.status === 400)
          throw new IntegrationError('alertmanager refused the alerts', {
            code: 'invalid_argument',
            status: 400,
            remedy: 'see its log for the label that it does not take',
          });
        throw error;
      });
      return {};
    },
  };
}

function toPosted(alert: NotifiedAlert, endsAt: number) {
  const { labels, name, summary, where, value, says, since, resolvedAt, action, runbook, link } = alert;
  const annotations = {
    summary,
    description: [where, value, ...(says === undefined ? [] : [says])].join('; '),
    action,
    ...(runbook !== undefined && { runbook_url: runbook }),
  };
  const { alert: _name, ...rest } = labels;
  return {
    // An empty label is no label, and is refused by some versions.
    labels: Object.fromEntries(
      Object.entries({ ...rest, alertname: name }).filter(([, text]) => text !== ''),
    ),
    annotations,
    startsAt: new Date(since).toISOString(),
    endsAt: new Date(resolvedAt ?? endsAt).toISOString(),
    ...(link !== undefined && { generatorURL: link }),
  };
}
