"""The played world: people, chats, messages and updates, in memory, bounded, with a given clock."""
