import { streams } from '../kernel/ids.js';
import { enrolmentDecider } from '../enrolment/enrolment.decider.js';
import { isEnrolled } from '../enrolment/enrolment.state.js';
import { localDateOf } from '../kernel/time.js';
import { PolicyReader } from '../programme/policy-reader.js';
import { foldEnrolment } from '../use-cases/folds.js';
import { programmesOf } from '../use-cases/persons/programmes.js';
import { recordOne } from '../write-side/bulk.js';
import { AUTOMATION, type Deps } from '../write-side/context.js';
import { part } from '../write-side/unit.js';
import type { ProcessManager } from './runner.js';

/**
 * Ends what an erased person is still enrolled in. Where a store writes one stream at a time, an
 * enrolment may start while its person is erased, each having looked at the other before.
 */
export const whenPersonErasedThenEndEnrolments = (deps: Deps): ProcessManager => ({
  name: 'when-person-erased-then-end-enrolments',
  handles: ['PersonErased'],
  async handle(events) {
    const policies = new PolicyReader(deps.store);
    const programmes = await programmesOf(deps.store);
    for (const event of events) {
      if (event.type !== 'PersonErased') continue;
      const names = programmes.map((name) => streams.enrolment(name, event.data.personId));
      for (const { stream, events: life } of await deps.store.readStreams(names)) {
        const enrolment = foldEnrolment(life);
        if (!isEnrolled(enrolment)) continue;
        const { definition } = await policies.programme(enrolment.programmeId);
        const command = {
          type: 'EndEnrolment',
          lastPeriod: localDateOf(event.time, definition.timeZone).slice(0, 7),
          reason: 'the person was erased',
        } as const;
        await recordOne(
          deps,
          { verb: 'end-erased', key: stream, parts: [part(stream, enrolmentDecider, command)] },
          { actor: AUTOMATION, correlationId: event.meta.correlation },
        );
      }
    }
  },
});
