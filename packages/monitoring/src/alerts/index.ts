export type { Accepted, Channel, ChannelCall } from './channel.ts';
export { defaultAlertRules, defaultInhibitions } from './default-rules.ts';
export {
  type AlertEngine,
  type AlertEngineOptions,
  createAlertEngine,
  type ShownAlert,
  type ShownGroup,
} from './engine.ts';
