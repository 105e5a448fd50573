export { bundlePage } from './bundle-page.js';
export { haveChromium, launchChromium } from './chromium.js';
export { openPage, type PageOptions, type TestPage } from './open-page.js';
export { type SiteOptions, serveSite, type Site } from './serve-site.js';
export { inPage } from './in-page.js';
export type { Browser, Page } from 'playwright-core';
