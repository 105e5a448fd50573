import { generate } from '@ostinato/core';
import { loadModel } from '@ostinato/web';
import '@ostinato/web/elements'; // <ostinato-composer>

const list = document.querySelector('ol');

document.querySelector('button').addEventListener('click', async () => {
  const { model, tokenizer, manifest } = await loadModel('/models/musicnet/');
  const options = { ...manifest.sampling, seed: 7, seconds: 10 };
  for await (const { startSeconds, pitch } of generate(model, tokenizer, options)) {
    const item = document.createElement('li');
    item.textContent = `${startSeconds.toFixed(2)} s: ${pitch}`;
    list.append(item);
  }
  await model.dispose();
});
