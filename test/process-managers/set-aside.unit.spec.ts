import { beforeEach, describe, expect, test } from '@jest/globals';
import { stateKept } from '../../src/runtime/set-aside.js';

describe('what was set aside is kept apart from positions that a loss of power may take', () => {
  const entry = { eventId: 'e', manager: 'm', type: 't', stream: 's', position: 1, reason: 'R' };
  const texts = new Map<string, string>();
  let said: string[] = [];
  const text = (name: string) => ({
    name,
    load: async () => texts.get(name),
    save: async (next: string) => {
      texts.set(name, next);
      said.push(`${name} ${next}`);
    },
  });
  const kept = () => stateKept({ ...text('where'), setAside: text('aside') });
  beforeEach(() => {
    said = [];
    texts.clear();
  });

  test('before a position is behind it, and only when it changes', async () => {
    const state = kept();
    expect(await state.loadState()).toBeUndefined();
    await state.saveState({ positions: { m: 1 }, setAside: [] });
    await state.saveState({ positions: { m: 2 }, setAside: [entry] });
    await state.saveState({ positions: { m: 2 }, setAside: [entry] });
    await state.saveState({ positions: { m: 3 }, setAside: [entry] });
    const list = JSON.stringify([entry]);
    const at = (m: number) => `where {"positions":{"m":${m}}}`;
    expect(said).toEqual(['aside []', at(1), `aside ${list}`, at(2), at(3)]);
    expect(await kept().loadState()).toEqual({ positions: { m: 3 }, setAside: [entry] });
  });

  test.each(['', '\0\0\0', '{"positions":{"m"', 'null'])(
    'whatever of the positions is left: %j',
    async (left) => {
      await kept().saveState({ positions: { m: 3 }, setAside: [entry] });
      texts.set('where', left);
      expect(await kept().loadState()).toEqual({ setAside: [entry] });
      texts.delete('where');
      expect(await kept().loadState()).toEqual({ setAside: [entry] });
    },
  );

  test.each(['', '\0\0\0', '[{"eventId"', 'null', '{}', '[{}]', '[null]', '[1]', '[[]]'])(
    'and is not taken for none where its text is %j',
    async (left) => {
      await kept().saveState({ positions: { m: 3 }, setAside: [entry] });
      texts.set('aside', left);
      await expect(kept().loadState()).rejects.toMatchObject({
        code: 'CHECKPOINT_DAMAGED',
        detail: expect.stringContaining('aside cannot be read'),
      });
    },
  );

  test('and is told by its name where its text is gone', async () => {
    await kept().saveState({ positions: { m: 3 }, setAside: [entry] });
    texts.delete('aside');
    await expect(kept().loadState()).rejects.toMatchObject({
      code: 'CHECKPOINT_DAMAGED',
      detail: expect.stringContaining('aside cannot be read'),
    });
  });

  test('and the one text of an earlier version is taken for both', async () => {
    const earlier = { positions: { m: 3 }, setAside: [entry] };
    texts.set('where', JSON.stringify(earlier));
    const state = kept();
    expect(await state.loadState()).toEqual(earlier);
    await state.saveState(earlier);
    expect(said).toEqual([`aside ${JSON.stringify([entry])}`, 'where {"positions":{"m":3}}']);
  });

  test('or with them, where the one text bears it', async () => {
    const state = stateKept(text('both'));
    await state.saveState({ positions: { m: 3 }, setAside: [entry] });
    expect(await stateKept(text('both')).loadState()).toEqual({
      positions: { m: 3 },
      setAside: [entry],
    });
    expect([...texts.keys()]).toEqual(['both']);
  });
});
