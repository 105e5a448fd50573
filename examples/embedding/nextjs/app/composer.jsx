'use client';

import { generate } from '@ostinato/core';
import { loadModel } from '@ostinato/web';
import '@ostinato/web/elements'; // <ostinato-composer>
import { useState } from 'react';

export function Composer() {
  const [notes, setNotes] = useState([]);

  async function compose() {
    const { model, tokenizer, manifest } = await loadModel('/models/musicnet/');
    const options = { ...manifest.sampling, seed: 7, seconds: 10 };
    for await (const note of generate(model, tokenizer, options)) {
      setNotes((notes) => [...notes, note]);
    }
    await model.dispose();
  }

  return (
    <>
      {/* Its attributes tell of its state: they are not as the server wrote them. */}
      <ostinato-composer model="/models/musicnet/" seed="7" length={10} suppressHydrationWarning />
      <button onClick={compose}>Compose</button>
      <ol>
        {notes.map(({ startSeconds, pitch }, index) => (
          <li key={index}>{`${startSeconds.toFixed(2)} s: ${pitch}`}</li>
        ))}
      </ol>
    </>
  );
}
