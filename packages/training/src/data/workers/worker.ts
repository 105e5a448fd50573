// Entry point of the process that reads files of unknown origin: whatever one of them does to it, it can be killed.
import { Worker } from 'node:worker_threads';
import workerpool from 'workerpool';
import { encodePieceTask, readFileTask } from './tasks.js';

// Ctrl-C reaches the whole process group; the parent decides what becomes of this process.
process.on('SIGINT', () => {});

new Worker(new URL('./watch-parent.js', import.meta.url), { workerData: process.ppid }).unref();

workerpool.worker({ ready: () => true, read: readFileTask, encode: encodePieceTask });
