import type { KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const KEPT_KEYS = 500;

/** A person who has a key. */
export interface Holder {
  readonly no: number;
  readonly id: string;
  readonly key: KeyObject;
}

/** Unwrapped keys of the persons seen last; the one unused for longest leaves first. */
export class KeyCache {
  readonly #numbers = new Map<number, Holder>();
  readonly #ids = new LRUCache<string, Holder>({
    max: KEPT_KEYS,
    dispose: ({ no }) => {
      this.#numbers.delete(no);
    },
  });

  byId(id: string): Holder | undefined {
    return this.#ids.get(id);
  }
  byNumber(no: number): Holder | undefined {
    return this.#numbers.get(no);
  }

  keep(holder: Holder): Holder {
    this.#ids.set(holder.id, holder);
    this.#numbers.set(holder.no, holder);
    return holder;
  }

  forget(id: string): void {
    this.#ids.delete(id);
  }

  clear(): void {
    this.#ids.clear();
  }
}
