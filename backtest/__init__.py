"""The judge: costs, statistics, scorecards. Receives frames or an exchange; opens nothing itself."""
