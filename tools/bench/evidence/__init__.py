"""What a reviewer asks for: five orders, effort in clicks and edits, intervals by patient, studies, pictures."""
