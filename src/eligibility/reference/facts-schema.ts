/**
 * The facts of the reference programme. Children are the dependent ones up to 20 years, eldest
 * first: their place is their rank.
 */
export const asdFactsSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  required: ['scoreMicro', 'coveredByOtherScheme', 'children'],
  properties: {
    scoreMicro: {
      type: 'integer',
      minimum: 0,
      maximum: 100_000_000,
      description: 'Socio-economic index of the social registry (RSU), times 1,000,000.',
    },
    coveredByOtherScheme: {
      type: 'boolean',
      description: 'Family allowances come from another scheme.',
    },
    children: {
      type: 'array',
      maxItems: 30,
      description: 'Dependent children, eldest first.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['birthMonth', 'inSchool', 'schoolLevel', 'disabled', 'fatherlessOrphan'],
        properties: {
          birthMonth: { type: 'string', format: 'month' },
          inSchool: { type: 'boolean' },
          schoolLevel: {
            type: 'string',
            enum: ['none', 'primary', 'lower-secondary', 'upper-secondary'],
          },
          disabled: { type: 'boolean' },
          fatherlessOrphan: { type: 'boolean' },
        },
      },
    },
  },
};
