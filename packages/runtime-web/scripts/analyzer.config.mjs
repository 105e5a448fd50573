// Of @custom-elements-manifest/analyzer, for custom-elements.mjs.
// oxlint-disable-next-line import/no-default-export -- the analyzer wants it
export default {
  globs: ['src/elements/*-element.ts'],
  litelement: true,
  packagejson: false,
};
