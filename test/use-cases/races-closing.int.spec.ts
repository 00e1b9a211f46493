import { describe, expect, it } from '@jest/globals';
import { SubmitApplication } from '../../src/application/application.commands.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { ApiProcess } from './api-process.js';
import { closeProgramme } from './closing.js';
import { PROGRAMME } from './month.js';
import { another, eventsOf, justBefore, racing, STORES, type Here } from './racing.js';
import { households, job } from './world.js';

describe.each(STORES)(
  'a programme that is closed in the same moment, on a store %s',
  (_, atomic) => {
    const { anew } = racing(atomic);

    const close = (here: Here): Promise<void> => closeProgramme(another(here));
    const submissions = async (here: Here) =>
      (await eventsOf(here)).filter(
        (event): event is Recorded<'ApplicationSubmitted'> => event.type === 'ApplicationSubmitted',
      );

    it('takes no application at a counter', async () => {
      const here = await anew();
      const before = await submissions(here);
      const { personId, receivedOn, facts } = before[0]!.data;
      const api = new ApiProcess({ engine: here }, here.store);
      justBefore(here, 'ApplicationSubmitted', () => close(here));
      const household = { personId, receivedOn, facts };
      const asked = { programmeId: PROGRAMME, channel: 'counter', ...household } as const;
      const { status, body } = await api.send(SubmitApplication, 'intake', asked);
      expect([status, body]).toMatchObject([422, { code: 'PROGRAMME_CLOSED' }]);
      expect(await submissions(here)).toHaveLength(before.length);
    });

    it('takes none of an import from then on', async () => {
      const here = await anew();
      const before = await submissions(here);
      const codes = new Set<string>();
      justBefore(here, 'ApplicationSubmitted', () => close(here));
      const { submitted } = await importApplications(
        here,
        {
          programmeId: PROGRAMME,
          rows: households(20, 1),
          onRejects: (rejects) => {
            for (const { code } of rejects) codes.add(code);
          },
        },
        job(here, 'intake'),
      );
      expect(submitted).toBe(0);
      expect([...codes]).toContain('PROGRAMME_CLOSED');
      expect(await submissions(here)).toHaveLength(before.length);
    });
  },
);
