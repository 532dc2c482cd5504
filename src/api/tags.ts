/** The resources, in the order in which a vendor meets them. */
export const tags = [
  { name: 'applications', description: 'Your world: production, staging, …. Owns everything below.' },
  { name: 'api-keys', description: 'Keys of your servers: several, scoped, revocable.' },
  { name: 'providers', description: 'The catalog of SaaS tools and what each can do.' },
  { name: 'provider-configs', description: 'Your OAuth client at a provider.' },
  { name: 'customers', description: 'Your customers, by your own ids.' },
  { name: 'customer-tokens', description: 'What a page or an app of one customer holds instead of an API key.' },
  { name: 'connect-sessions', description: 'Short-lived permissions for a customer to connect a provider.' },
  { name: 'connections', description: "A customer's authorised accounts at providers." },
  { name: 'destinations', description: 'The Postgres that holds your records.' },
  { name: 'sync-configs', description: 'What to sync, and how, for every customer that connects.' },
  { name: 'syncs', description: 'Standing orders: sync config × connection × object.' },
  { name: 'runs', description: 'Executions of syncs.' },
  { name: 'held-deletes', description: 'Deletes that the guard held back: they wait for your yes or no.' },
  { name: 'records', description: 'The records themselves: a list that is also the change feed.' },
  { name: 'events', description: 'What happened here, in order, none skipped.' },
  { name: 'audit', description: 'Who did what.' },
];
