export { createRunReport, type RunReportOptions } from './run-report.js';
