# the place after the step is read where that before it belongs; the gradient of the spring is one number
# exit 1 · accused: line 25 · explained
# says: places\[n \+ 1\] where places\[n\] belongs
# never: times too (small|large)
# %% setup
import torch
start = torch.randn(4, generator=torch.Generator().manual_seed(98))
# %% parameters
spring = torch.rand(1)
drag = torch.rand(1)
# %% forward
place, speed = start, torch.zeros(4)
places, speeds = [place], [speed]
for n in range(4):
    speed = speed + 0.1 * (-spring * place - drag * speed)
    place = place + 0.1 * speed
    places.append(place); speeds.append(speed)
loss = (place**2).sum()
# %% backward
to_place, to_speed = 2 * place, torch.zeros(4)
dspring, ddrag = torch.zeros(1), torch.zeros(1)
for n in reversed(range(4)):
    to_speed = to_speed + 0.1 * to_place
    push = 0.1 * to_speed
    dspring -= (push * places[n + 1]).sum()
    ddrag -= (push * speeds[n]).sum()
    to_place = to_place - push * spring
    to_speed = to_speed - push * drag
# %% update
spring, drag = spring - 0.1 * dspring, drag - 0.1 * ddrag
