// Takes a JSON Schema apart, so that whoever generates classes of it finds a name for each.

const capital = (text) => `${text[0].toUpperCase()}${text.slice(1)}`;
/** What generators make a class or an enumeration of. */
const isModel = ({ type, properties, oneOf, anyOf, allOf, enum: values }) =>
  type === 'object' || [properties, oneOf, anyOf, allOf, values].some((one) => one !== undefined);

/**
 * The schema under the name, and each object and enumeration in it under that name and its
 * property's, with references in their places. Says the same as before; the title is the name.
 */
export function nameSchemas(name, { $schema: _dialect, $id: _address, ...schema }) {
  const named = {};
  const place = (part, partName) => {
    const inside = within(part, partName);
    if (!isModel(part)) return inside;
    if (named[partName]) throw new Error(`two schemas would be called ${partName}`);
    named[partName] = inside;
    return { $ref: `#/components/schemas/${partName}` };
  };
  const within = (part, partName) => {
    const inside = { ...part };
    if (part.properties)
      inside.properties = Object.fromEntries(
        Object.entries(part.properties).map(([key, value]) => [
          key,
          place(value, `${partName}${capital(key)}`),
        ]),
      );
    if (part.items) inside.items = place(part.items, `${partName}Item`);
    if (typeof part.additionalProperties === 'object')
      inside.additionalProperties = place(part.additionalProperties, `${partName}Value`);
    for (const choice of ['oneOf', 'anyOf', 'allOf'])
      if (part[choice])
        inside[choice] = part[choice].map((value, index) =>
          place(value, `${partName}${capital(choice)}${index + 1}`),
        );
    return inside;
  };
  // Two versions of an event have one title, and are two classes.
  const whole = { ...within(schema, name), title: name };
  return { [name]: whole, ...named };
}
