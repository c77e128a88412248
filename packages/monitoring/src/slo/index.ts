export { type Budget, budgetOf, burnRate, type Indicator, indicators } from './budget.ts';
export type { Counts } from './counts.ts';
export { type MaintenanceWindow, maintenanceWindow } from './maintenance.ts';
export { badCodes, type Objective, type ObjectiveInput, objective, objectives } from './objectives.ts';
export type { IntegrationMonth, MonthlyReport } from './report.ts';
export { reportCsv, reportMarkdown } from './report-text.ts';
export {
  createServiceLevels,
  type ServiceLevel,
  type ServiceLevelOptions,
  type ServiceLevels,
  type Windows,
} from './service-levels.ts';
