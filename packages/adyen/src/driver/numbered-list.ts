/** A list in a state store, which has none: names by number, each once, in the order in which they were first added. */
import type { Page, StateStore } from '@im/core';

export interface NumberedList {
  /** Adding a name again changes nothing, and mends what a crash left half done. */
  add(name: string): Promise<void>;
  page(cursor: string | undefined, size: number): Promise<Page<string>>;
}

export function numberedList(state: StateStore, list: string): NumberedList {
  return {
    add: async (name) => {
      const place = `${list}/of/${name}`;
      const known = (await state.get(place))?.value;
      const number = known ?? String(await state.increment(`${list}/count`));
      const isFirst =
        known === undefined && (await state.compareAndSet(place, undefined, number)) !== undefined;
      // Whoever was slower leaves a number without a name.
      const own = isFirst ? number : ((await state.get(place))?.value ?? number);
      await state.set(`${list}/at/${own}`, name);
    },
    page: async (cursor = '1', size) => {
      const count = Number((await state.get(`${list}/count`))?.value ?? 0);
      const items: string[] = [];
      let at = Number(cursor);
      for (; at <= count && items.length < size; at += 1) {
        const name = (await state.get(`${list}/at/${at}`))?.value;
        if (name !== undefined) items.push(name);
      }
      return { items, next: at <= count ? String(at) : undefined };
    },
  };
}
