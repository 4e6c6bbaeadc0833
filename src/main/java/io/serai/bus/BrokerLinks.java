// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import org.springframework.context.SmartLifecycle;

/** Both links to the broker: up before anything publishes or subscribes, down after everything has stopped. */
record BrokerLinks(BrokerLink publish, BrokerLink subscribe) implements SmartLifecycle {

    @Override
    public void start() {
        publish.start();
        subscribe.start();
    }

    @Override
    public void stop() {
        subscribe.stop();
        publish.stop();
    }

    @Override
    public boolean isRunning() {
        return subscribe.isStarted();
    }

    @Override
    public int getPhase() {
        return -200;
    }
}
