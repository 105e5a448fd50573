// Figures of this process for Prometheus: CPU, memory, descriptors, the event loop, garbage collection.
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Begins to observe, once a process.
 *  @returns the text of the figures, for `AppOptions.processMetrics` */
export function observeProcess(): () => Promise<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return () => registry.metrics();
}
