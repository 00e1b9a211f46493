import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { ribOf } from '../../src/kernel/accounts.js';
import { factsOf } from './enrolments.js';

/** Rows of an import file, every one good. */
export function* importRows(count: number): Generator<HouseholdRow> {
  for (let i = 0; i < count; i += 1) {
    yield {
      line: i + 1,
      reference: `R${String(i).padStart(8, '0')}`,
      nationalId: `AB${String(i).padStart(8, '0')}`,
      name: `Payee ${i}`,
      nameArabic: `مستفيد ${i}`,
      phone: `+2126${String(i).padStart(8, '0')}`,
      region: `MA-${String(1 + (i % 12)).padStart(2, '0')}`,
      receivedOn: '2026-01-15',
      account: { kind: 'rib', number: ribOf('011', '780', String(i).padStart(16, '0')) },
      facts: factsOf(i),
    };
  }
}
