import { expect, it } from 'vitest';
import { html } from './markup.js';

it('escapes what is put in, and keeps markup that was made here', () => {
  const name = `<img src=x onerror="alert('1')">&`;
  expect(html`<p title="${name}">${[html`<b>${3}</b>`, undefined, 'a < b']}</p>`.text).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;"><b>3</b>a &lt; b</p>',
  );
});

it('replaces characters that change what others look like', () => {
  expect(html`${'a\u202Eb\u0007c\uD800'}`.text).toBe('a\uFFFDb\uFFFDc\uFFFD');
});
