// The server in TypeScript, with the typed client: what can compose, a piece, its continuation, how likely it is.
//   node examples/http/client.ts http://127.0.0.1:8080    (Node 22.18 or later, or npx tsx)
import { writeFile } from 'node:fs/promises';
import { createClient } from '@ostinato/server/client';

const address = process.argv[2] ?? 'http://127.0.0.1:8080';
const { OSTINATO_API_KEY: apiKey } = process.env;
const client = createClient(address, apiKey === undefined ? {} : { apiKey });
const music = client.v1.models[':model'];

const { models } = await (await client.v1.models.$get()).json();
const [{ name: model, labels }] = models;
console.log(`${model} can be like ${labels['composer']?.join(', ')}`);
const param = { model };

// JSON unless asked otherwise; `json` and `notes` have their types from the server.
const request = { seed: 7, seconds: 10, labels: { composer: 'Bach' } };
const answer = await music.compose.$post({ param, json: request });
if (!answer.ok) throw new Error((await answer.json()).detail); // a problem says what to do
const { notes, seconds } = await answer.json();
console.log(`${notes.length} notes, ${seconds.toFixed(1)} s`);

// The same piece as a MIDI file, and eight bars more.
const midi = { headers: { accept: 'audio/midi' } };
const piece = await (await music.compose.$post({ param, json: request }, midi)).arrayBuffer();
const upload = { headers: { 'content-type': 'audio/midi', accept: 'audio/midi' } };
const longer = await music.continue.$post(
  { param, query: { bars: '8', seed: '7' } },
  { ...upload, init: { body: piece } },
);
await writeFile('longer.mid', new Uint8Array(await longer.arrayBuffer()));

const found = await music.evaluate.$post(
  { param, query: { label: 'composer=Bach' } },
  { headers: { 'content-type': 'audio/midi' }, init: { body: piece } },
);
if (found.ok) console.log(`${(await found.json()).natsPerNote.toFixed(2)} nats per note`);
