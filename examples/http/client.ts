// The server in TypeScript, with the typed client: what can compose, a piece, its continuation, how likely it is, a job.
//   node examples/http/client.ts http://127.0.0.1:8080    (Node 22.18 or later, or npx tsx)
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
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

// What takes long is a job: submitted now, asked for until it has ended, fetched later.
const { jobs } = client.v1;
const long = { model, kind: 'compose', request: { seed: 8, seconds: 60 } } as const;
const taken = await jobs.$post({ json: long, header: { 'idempotency-key': '"piece-8"' } });
if (!taken.ok) throw new Error((await taken.json()).detail);
const { id } = await taken.json();
for (let state = 'queued'; state === 'queued' || state === 'running';) {
  await sleep(1000);
  const job = await jobs[':id'].$get({ param: { id } });
  if (!job.ok) throw new Error((await job.json()).detail);
  ({ state } = await job.json());
  console.log(`the job is ${state}`);
}
const result = await jobs[':id'].result.$get({ param: { id } }, midi);
await writeFile('long.mid', new Uint8Array(await result.arrayBuffer()));
