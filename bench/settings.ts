/**
 * How the servers of the bench run. fsync stays on: a claim about writes without it would be none. Buffers as a server of this size
 * would have; the default of 128 MB would measure how Postgres reads its own files again, for COPY and for us.
 */
export const serverSettings = { max_connections: '200', log_min_messages: 'fatal', max_wal_size: '8GB', shared_buffers: '2GB' };
