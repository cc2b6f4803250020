// The import rules of docs (rooms of src/). test/arch plants a violation of each and expects it to be found.
const PURE = '^src/(knowledge|answers|approvals|directory|systems|evidence)/';
const EDGE = ['slack', 'web', 'sandbox', 'adapters'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'pure-rooms-import-no-edge',
      severity: 'error',
      from: { path: PURE },
      to: { path: '^src/(adapters|slack|web|sandbox|delivery|wire|config\\.ts|main\\.ts|cli\\.ts|cli/)' },
    },
    {
      name: 'pure-rooms-npm',
      comment: 'of npm only zod, a canonical-JSON library and a stemmer',
      severity: 'error',
      from: { path: PURE },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        pathNot: 'node_modules/(zod|canonicalize|stemmer)/',
      },
    },
    {
      name: 'pure-rooms-node',
      comment: 'of Node only node:crypto (createHash)',
      severity: 'error',
      from: { path: PURE },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'evidence-no-node',
      comment: 'evidence also runs in the browser: hashing comes through its port',
      severity: 'error',
      from: { path: '^src/evidence/' },
      to: { dependencyTypes: ['core'] },
    },
    ...EDGE.map((room) => ({
      name: `${room}-imports-no-other-edge`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: `^src/(${EDGE.filter((other) => other !== room).join('|')})/` },
    })),
    {
      name: 'delivery-imports-no-edge',
      severity: 'error',
      from: { path: '^src/delivery/' },
      to: { path: '^src/(adapters|slack|web|sandbox|wire)/' },
    },
    {
      name: 'only-main-and-cli-wire',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts|cli\\.ts|wire/|cli/)' },
      to: { path: '^src/(wire/|cli/|main\\.ts|cli\\.ts)' },
    },
    {
      name: 'wire-imports-no-command',
      comment: 'what the command line and the server share stands in wire',
      severity: 'error',
      from: { path: '^src/wire/' },
      to: { path: '^src/(cli/|cli\\.ts)' },
    },
    {
      name: 'sandbox-is-known-to-wiring-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(sandbox/|wire/)' },
      to: { path: '^src/sandbox/' },
    },
    ...[
      ['langchain', 'node_modules/(langchain|@langchain)/', '^src/adapters/(hnsw|openai)/'],
      ['openai', 'node_modules/openai/', '^src/adapters/openai/'],
      ['hnswlib', 'node_modules/hnswlib-node/', '^src/adapters/hnsw/'],
      ['prisma', 'node_modules/(@prisma|prisma)/', '^src/adapters/prisma/'],
      ['pg', 'node_modules/pg/', '^src/adapters/(prisma|postgres)/'],
      ['slack', 'node_modules/@slack/', '^src/slack/'],
      ['react', 'node_modules/(react|react-dom|slack-blocks-to-jsx)/', '^src/(sandbox/page|web/page)/'],
      ['yaml', 'node_modules/yaml/', '^src/adapters/parse/'],
      ['fflate', 'node_modules/fflate/', '^src/adapters/(archive|parse)/'],
      ['pino', 'node_modules/pino/', '^src/wire/'],
      ['commander', 'node_modules/commander/', '^src/(cli\\.ts|cli/)'],
    ].map(([name, to, home]) => ({
      name: `sdk-${name}-in-one-place`,
      severity: 'error',
      from: { path: '^src/', pathNot: home },
      to: { path: to },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'src/adapters/prisma/generated' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
