import { describe } from '@jest/globals';
import { ContractStore, type Promises, type StoreUnderTest } from './contract-store.js';
import { appendingContract } from './event-store-appending.contract.js';
import { idempotenceContract } from './event-store-idempotence.contract.js';
import { readingContract } from './event-store-reading.contract.js';

const ALL: Promises = { gapless: true, commitsInOrder: true, atomicGroups: true };

/** Everything that the rest of Sanad relies on, asked of any adapter. */
export function eventStoreContract(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  promises: Promises = ALL,
): void {
  describe(`event store contract: ${name}`, () => {
    const under = new ContractStore(makeStore, promises);
    appendingContract(under);
    idempotenceContract(under);
    readingContract(under);
  });
}
