/** A copy of what was said, with this text in one place of it, such as `programme/name/fr`. */
export function having(said: object, place: string, text: string): object {
  const copy = JSON.parse(JSON.stringify(said)) as object;
  const parts = place.split('/');
  const last = parts.pop()!;
  const holder = parts.reduce<object>((inner, part) => Reflect.get(inner, part) as object, copy);
  Reflect.set(holder, last, text);
  return copy;
}
