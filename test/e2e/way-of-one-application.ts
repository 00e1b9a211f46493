// Serves, takes one application in and shows it, and prints the files of which a function ran meanwhile, in any thread.
import { Session } from 'node:inspector/promises';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectStatus, facts, HttpWorld, person, setUp } from './http-world.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly { readonly count: number }[] }[];
  }[];
}
type Post = (method: string, params?: object) => Promise<unknown>;

/** The profilers of this thread and of every worker that runs. */
async function profilers(session: Session): Promise<readonly Post[]> {
  const waiting = new Map<string, (result: unknown) => void>();
  const workers: Post[] = [];
  let last = 0;
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId } }) => {
    workers.push(async (method, params = {}) => {
      last += 1;
      const id = last;
      const answer = new Promise((resolve) => waiting.set(`${sessionId} ${id}`, resolve));
      const message = JSON.stringify({ id, method, params });
      await session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
      return answer;
    });
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params: { sessionId, message } }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(`${sessionId} ${id}`)?.(result);
  });
  await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
  return [(method, params) => session.post(method, params), ...workers];
}

const filesIn = ({ result }: Coverage): readonly string[] =>
  result
    .filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0))
    .map(({ url }) => url)
    .filter((url) => url.startsWith('file:'))
    .map((url) => relative(ROOT, fileURLToPath(url)).replace(/\.js$/, '.ts'))
    .filter((path) => /^(src|projections|events)\//.test(path));

const world = await HttpWorld.open();
await setUp(world);
const intake = await world.as('i.berrada', 'intake');
const { personId, position } = await expectStatus(201, intake.post('/persons', person(1)));
await expectStatus(200, intake.get(`/applications?after=${position}`));

const session = new Session();
session.connect();
const posts = await profilers(session);
for (const post of posts) {
  await post('Profiler.enable');
  await post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
}
const application = {
  programmeId: 'asd',
  personId,
  receivedOn: '2025-10-05',
  channel: 'counter',
  facts,
};
const taken = await expectStatus(201, intake.post('/applications', application));
await expectStatus(200, intake.get(`/applications/${taken.applicationId}?after=${taken.position}`));
const files = new Set<string>();
for (const post of posts)
  for (const file of filesIn((await post('Profiler.takePreciseCoverage')) as Coverage))
    files.add(file);
console.log(JSON.stringify([...files].sort()));
session.disconnect();
await world.close();
