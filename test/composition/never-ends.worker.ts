import type { Policy } from '../../src/eligibility/policy.js';
import { parentPort, workerData } from 'node:worker_threads';

/** A trial that no bound foresaw: it loops for ever, or takes memory without end. */
parentPort!.postMessage({ kind: 'ready' });
parentPort!.postMessage({ kind: 'trial', field: 'policy/criteria/0', what: 'Criterion a' });
const taken: unknown[] = [];
const { criteria } = workerData as Policy;
const takesMemory = criteria[0]?.expression === 'memory';
for (;;) if (takesMemory) taken.push(Array<number>(100_000).fill(taken.length));
