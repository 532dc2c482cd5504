-- The log of deliveries is listed newest first, of one endpoint or of one event. Without these, of 400,000 deliveries those of an event
-- took 62 ms and a walk through the table (0.1 ms with), and an endpoint that has fallen silent is looked for behind everybody else's.
CREATE INDEX "webhook_delivery_endpoint_id_id_idx" ON "webhook_delivery"("endpoint_id", "id");

CREATE INDEX "webhook_delivery_event_id_idx" ON "webhook_delivery"("event_id");
