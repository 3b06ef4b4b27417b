export function seedSuite(): void
