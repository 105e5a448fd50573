export { createRunReport, type RunReportOptions } from './run-report.js';
export { writeRunReport, type WriteReportOptions, type WrittenReport } from './write-report.js';
