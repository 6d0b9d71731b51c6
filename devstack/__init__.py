"""The embedded MongoDB and RabbitMQ for one machine, and the supervisor of the platform's processes."""
