import { describe, expect, it } from '@jest/globals';
import { SubmitApplication } from '../../src/application/application.commands.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { openCycle, prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { ApiProcess } from './api-process.js';
import { closeProgramme, reopenProgramme, saysClosing } from './closing.js';
import { PROGRAMME } from './month.js';
import { another, eventsOf, justBefore, racing, STORES, type Here } from './racing.js';
import { codeOf } from './refusal-code.js';
import { as, households, job } from './world.js';

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

    const DECEMBER = { programmeId: PROGRAMME, period: '2025-12' };
    const prepare = (here: Here) => prepareCycle(another(here), DECEMBER, job(here, 'finance'));
    const closes = async (here: Here, other: () => Promise<unknown>): Promise<void> => {
      await saysClosing(here);
      justBefore(here, 'ProgrammeClosed', other);
      await saysClosing(another(here), 'secondManager');
    };

    it('has a cycle that was opened in that moment, and orders nothing until two reopen it', async () => {
      const here = await anew();
      await closes(here, () => openCycle(another(here), DECEMBER, job(here, 'finance')));
      expect(await codeOf(prepare(here))).toBe('PROGRAMME_CLOSED');
      expect((await eventsOf(here)).map(({ type }) => type)).not.toContain('PaymentOrdered');
      await reopenProgramme(here);
      expect((await prepare(here)).count).toBeGreaterThan(0);
    });

    it('releases nothing that was prepared in that moment', async () => {
      const here = await anew();
      const approved: { cycleId: string; contentHash: string }[] = [];
      await closes(here, async () => {
        const { cycleId, contentHash } = await prepare(here);
        const set = { cycleId, contentHash };
        await approveCycle(another(here), set, as(here, 'controller', 'approve'));
        approved.push(set);
      });
      const release = (n: number) =>
        releaseCycle(
          another(here),
          { ...approved[0]!, executionDate: '2025-12-29' },
          as(here, 'releaser', 'release', n),
        );
      expect(await codeOf(release(1))).toBe('PROGRAMME_CLOSED');
      await reopenProgramme(here);
      await release(2);
      expect((await eventsOf(here)).at(-1)!.type).toBe('CycleReleased');
    });
  },
);
