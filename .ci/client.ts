// What people's generated clients call, as the compiler sees it: tsc only, no call is made.
import createClient from 'openapi-fetch';
import type { paths } from '../target/openapi';

const hub = createClient<paths>({ baseUrl: 'http://localhost:8080' });

export async function calls() {
    // no body, no content type
    await hub.POST('/api/routes/{route}/suspend', { params: { path: { route: 'greet-user' } } });
    // the body is what the route's schema takes
    const made = await hub.POST('/api/users', { body: { name: 'Ada', email: 'ada@example.com' } });
    if (made.error) {
        const { type, title, status, detail, instance, traceId } = made.error;
        const texts: string[] = [type, title, detail, instance, traceId];
        return [texts, status satisfies number];
    }
    // data is not required: an event may have none
    const page = await hub.GET('/api/events', { params: { query: { limit: 5 } } });
    // a page, or a bare batch to who accepts application/cloudevents-batch+json
    const events: { data?: unknown }[] | undefined = Array.isArray(page.data) ? page.data : page.data?.items;
    await hub.POST('/api/fulfilment/shipments', {
        params: { header: { 'Idempotency-Key': 'order-7' } },
        body: { orderId: '7', lines: [{ sku: 'A', quantity: 1 }] },
    });
    // @ts-expect-error a user has an email
    await hub.POST('/api/users', { body: { name: 'Ada' } });
    return events;
}
