export { checkDashboard } from './check-dashboard.ts';
export { type Dashboard, grafanaDashboards } from './grafana.ts';
export type { Panel } from './layout.ts';
export {
  type AlertingRule,
  type PrometheusRules,
  type PrometheusRulesOptions,
  prometheusRules,
  rulesFile,
} from './prometheus-rules.ts';
export type { ObjectiveOf, RecordingRule } from './recording.ts';
