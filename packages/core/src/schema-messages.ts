// Messages of schemas. `zod/mini`, which is a third of zod's size in a page, has none of its own.
import { en } from 'zod/locales';

/** For `safeParse`: what is wrong is said in English. */
export const inEnglish = { error: en().localeError };
